export const TimelinePage = () => <main>Timeline</main>;
