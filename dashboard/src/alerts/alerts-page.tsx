export const AlertsPage = () => <main>Alerts</main>;
