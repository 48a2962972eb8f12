import type { NightCalendar } from '../keys/night-calendar.ts';

/** Which days are held to the SLA, and what it says. */
export interface SlaSettings {
  calendar: NightCalendar;
  /** Names of the layouts whose days are watched. */
  layouts: string[];
}
