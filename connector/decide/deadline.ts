/** State of a night at one moment. */
interface NightView {
  /** `HH:mm` in the config's time zone. */
  timeOfDay: string;
  /** A file of today was seen or has arrived. */
  hasFiles: boolean;
  isComplete: boolean;
  /** Bytes of files that were seen and have not arrived, and those that are expected and not seen, by the mean of the others. */
  leftBytes: number;
  /** Of the last minutes of sending; 0 if nothing was sent yet. */
  bytesPerSecond: number;
}

export interface NightAlarm {
  name: 'nothing' | 'late';
  /** One line. */
  text: string;
}

/** The alarms that hold now. */
export function alarmsOf(
  { nothingBy, deadline }: { nothingBy?: string | undefined; deadline?: string | undefined },
  view: NightView,
): NightAlarm[] {
  const alarms: NightAlarm[] = [];
  if (nothingBy !== undefined && !view.hasFiles && isAfter(view.timeOfDay, nothingBy))
    alarms.push({ name: 'nothing', text: `no file of today has been seen by ${nothingBy}` });
  const late = deadline === undefined || view.isComplete ? undefined : lateness(deadline, view);
  if (late !== undefined) alarms.push({ name: 'late', text: late });
  return alarms;
}

function lateness(deadline: string, view: NightView): string | undefined {
  const leftMinutes = minutesOf(deadline) - minutesOf(view.timeOfDay);
  if (isAfter(view.timeOfDay, deadline) && view.hasFiles)
    return `the day is not complete at ${view.timeOfDay}, and the deadline was ${deadline}`;
  if (view.bytesPerSecond <= 0 || leftMinutes <= 0) return undefined;
  const neededMinutes = view.leftBytes / view.bytesPerSecond / 60;
  if (neededMinutes <= leftMinutes) return undefined;
  const end = clockText(minutesOf(view.timeOfDay) + neededMinutes);
  return `what is left would arrive at about ${end}, after the deadline of ${deadline}`;
}

/** An alarm for 02:45 stands until noon after it: the evening belongs to the next night. */
function isAfter(timeOfDay: string, limit: string): boolean {
  const minutes = minutesOf(timeOfDay) - minutesOf(limit);
  return minutes >= 0 && minutes < 12 * 60;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function clockText(minutes: number): string {
  const whole = Math.ceil(minutes);
  const days = Math.floor(whole / 1440);
  const text = [Math.floor((whole % 1440) / 60), whole % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return days > 0 ? `${text} (${days} d later)` : text;
}
