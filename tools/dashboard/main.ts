import { writeFile } from 'node:fs/promises';
import { dashboardPicture } from './dashboard-picture.ts';

/** `npm run dashboard`: draws docs/dashboard.svg again after a change of the dashboard. */
await writeFile(new URL('../../docs/dashboard.svg', import.meta.url), dashboardPicture());
console.log('docs/dashboard.svg');
