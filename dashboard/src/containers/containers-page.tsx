export const ContainersPage = () => <main>Containers</main>;
