import type { NightCalendar } from '../keys/night-calendar.ts';

/** The SLA, and the layouts that are held to it. */
export interface SlaSettings {
  calendar: NightCalendar;
  /** Names of the layouts whose days are watched. */
  layouts: string[];
}
