export const LogsPage = () => <main>Logs</main>;
