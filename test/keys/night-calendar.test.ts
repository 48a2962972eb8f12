import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { addDays } from '../../shared/keys/business-date.ts';
import {
  calendarProblems,
  instantOf,
  localDate,
  localTime,
  type NightCalendar,
  nightOf,
} from '../../shared/keys/night-calendar.ts';

const CALENDAR: NightCalendar = {
  timeZone: 'America/Sao_Paulo',
  deadline: '09:00',
  businessDate: 'day-before',
  holidays: ['2025-12-25'],
  weekends: 'silent',
};

const date = fc
  .date({ min: new Date('1995-01-01T00:00:00Z'), max: new Date('2060-12-31T00:00:00Z'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10));
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const zone = fc.constantFrom(
  'America/Sao_Paulo',
  'Europe/Lisbon',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'UTC',
);

/** Zones that no other test knows: the format of a known one is there. */
const unused = Intl.supportedValuesOf('timeZone').toReversed().values();

describe('time zones', () => {
  it.each([
    ['Europe/Berlin', '2025-03-30', '01:59', '2025-03-30T00:59:00Z'],
    // Clocks go from 02:00 to 03:00.
    ['Europe/Berlin', '2025-03-30', '02:30', '2025-03-30T01:30:00Z'],
    ['Europe/Berlin', '2025-03-30', '12:00', '2025-03-30T10:00:00Z'],
    ['Europe/Berlin', '2025-10-26', '12:00', '2025-10-26T11:00:00Z'],
    ['Europe/Berlin', '2025-10-26', '02:30', '2025-10-26T00:30:00Z'],
  ])('%s on the day on which clocks change: %s %s', (timeZone, day, hour, expected) => {
    expect(instantOf(day, hour, timeZone)).toEqual(new Date(expected));
  });

  it('have one format each, since making it is slow', () => {
    const made = vi.spyOn(Intl, 'DateTimeFormat');
    try {
      const zone = unused.next().value!;
      for (let ms = 0; ms < 9; ms++) localTime(new Date(ms), zone);
      expect(made).toHaveBeenCalledTimes(1);
    } finally {
      made.mockRestore();
    }
  });

  it('give the first instant at which clocks show a time', () => {
    fc.assert(
      fc.property(date, time, zone, (day, hour, timeZone) => {
        const at = instantOf(day, hour, timeZone);
        const shown = `${localDate(at, timeZone)} ${localTime(at, timeZone)}`;
        if (shown !== `${day} ${hour}`) {
          // Only a time that clocks skip may show as another, and by no more than an hour.
          const later = Date.parse(`${shown.replace(' ', 'T')}:00Z`) - Date.parse(`${day}T${hour}:00Z`);
          expect(later).toBeGreaterThan(0);
          expect(later).toBeLessThanOrEqual(3_600_000);
          return;
        }
        for (const earlierMs of [1_800_000, 3_600_000, 7_200_000]) {
          const earlier = new Date(at.getTime() - earlierMs);
          expect(`${localDate(earlier, timeZone)} ${localTime(earlier, timeZone)}`).not.toBe(shown);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    // São Paulo keeps UTC−3 since 2019; in the summer before it was UTC−2, and clocks went forward at midnight.
    ['2025-08-13', '09:00', '2025-08-13T12:00:00.000Z'],
    ['2018-12-03', '09:00', '2018-12-03T11:00:00.000Z'],
    ['2018-11-04', '00:30', '2018-11-04T03:30:00.000Z'],
    ['2018-02-17', '23:30', '2018-02-18T01:30:00.000Z'],
  ])('%s %s in São Paulo is %s', (day, hour, instant) => {
    expect(instantOf(day, hour, 'America/Sao_Paulo').toISOString()).toBe(instant);
  });
});

describe('the night', () => {
  it('belongs to the day before its morning, at any hour of the local day', () => {
    fc.assert(
      fc.property(date, time, (morning, hour) => {
        const at = instantOf(morning, hour, CALENDAR.timeZone);
        const night = nightOf(at, CALENDAR);
        const shown = localDate(at, CALENDAR.timeZone);
        expect(night.businessDate).toBe(addDays(shown, -1));
        expect(localDate(night.deadline, CALENDAR.timeZone)).toBe(shown);
        expect(localTime(night.deadline, CALENDAR.timeZone)).toBe('09:00');
        expect(nightOf(at, { ...CALENDAR, businessDate: 'same-day' }).businessDate).toBe(shown);
      }),
    );
  });

  it('is silent on exactly the weekends and holidays of its business date', () => {
    fc.assert(
      fc.property(date, fc.array(date, { maxLength: 5 }), fc.boolean(), (morning, others, isHoliday) => {
        const businessDate = addDays(morning, -1);
        const holidays = others.filter((day) => day !== businessDate).concat(isHoliday ? [businessDate] : []);
        const at = instantOf(morning, '07:30', CALENDAR.timeZone);
        const weekday = new Date(Date.parse(businessDate)).toLocaleDateString('en', {
          weekday: 'short',
          timeZone: 'UTC',
        });
        const isWeekend = weekday === 'Sat' || weekday === 'Sun';
        const silent = isHoliday ? 'holiday' : isWeekend ? 'weekend' : undefined;
        expect(nightOf(at, { ...CALENDAR, holidays }).silent).toBe(silent);
        const watched = nightOf(at, { ...CALENDAR, holidays, weekends: 'watched' }).silent;
        expect(watched).toBe(isHoliday ? 'holiday' : undefined);
      }),
    );
  });

  it('that ends on Saturday morning belongs to Friday; the one that ends on Monday morning brings nothing', () => {
    const look = (morning: string) => nightOf(instantOf(morning, '03:30', CALENDAR.timeZone), CALENDAR);
    expect(look('2025-08-16')).toMatchObject({ businessDate: '2025-08-15' });
    expect(look('2025-08-16').silent).toBeUndefined();
    expect(look('2025-08-18')).toMatchObject({ businessDate: '2025-08-17', silent: 'weekend' });
  });

  it('reports every problem of its calendar', () => {
    expect(calendarProblems(CALENDAR)).toEqual([]);
    const problems = calendarProblems({
      timeZone: 'America/Sao Paulo',
      deadline: '9:00',
      holidays: ['2025-02-30'],
      businessDate: 'yesterday' as never,
      weekends: 'off' as never,
    });
    expect(problems).toHaveLength(5);
  });
});
