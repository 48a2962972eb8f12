import type { StatedFigures } from '../../shared/run/stated-figures.ts';
import type { Look } from './looks.ts';
import type { FinishedRule } from './settings.ts';

/** Two looks that are not this far apart are one. */
const LEAST_SPAN_MS = 2_000;

/** What lies beside a file, as far as its rule asks for it. */
export interface Beside {
  /** The looks at the marker or manifest; undefined if it is not there. */
  look: Look | undefined;
  /** What the sender's manifest states of the file; a clause if it cannot be read. */
  stated?: StatedFigures | string | undefined;
}

export type Judgement =
  | { finished: true; by: string; stated?: StatedFigures }
  /** `why` is a clause. */
  | { finished: false; why: string; waitMs: number };

/**
 * Is the file whole? Whatever its rule says, one look is never enough: all looks of at least two seconds must agree. Spans are measured by
 * the stop watch, so that no change of a clock ends a file's rest. A look may be `remembersMs` old: then the span is longer by that, and so
 * is the time for which its marker or manifest was there, so that the last look is younger than they are.
 */
export function judgeFile(rule: FinishedRule, look: Look, beside: Beside, remembersMs = 0): Judgement {
  const restedMs = look.lastMs - look.firstMs;
  if (rule.by === 'rest') return atRest(rule, look, restedMs, remembersMs);
  const spanMs = LEAST_SPAN_MS + remembersMs;
  if (look.count < 2 || restedMs < spanMs)
    return notYet('it was seen once, or changed since the last look', spanMs - restedMs);
  if (rule.by === 'rename') return { finished: true, by: 'its name' };
  const kind = rule.by === 'marker' ? 'marker' : 'day manifest';
  if (!beside.look) return notYet(`its ${kind} is not there`);
  const thereMs = beside.look.lastMs - beside.look.firstMs;
  if (thereMs < remembersMs)
    return notYet(`its ${kind} was not there for long enough`, remembersMs - thereMs);
  // A marker of an earlier version of the file says nothing about this one. Both times are the file server's.
  if (rule.by === 'marker') {
    return beside.look.modifiedMs >= look.modifiedMs
      ? { finished: true, by: 'its marker' }
      : notYet('its marker is older than the file');
  }
  return byManifest(look, beside);
}

function atRest(
  rule: FinishedRule & { by: 'rest' },
  look: Look,
  restedMs: number,
  remembersMs: number,
): Judgement {
  const wantedMs = Math.max(LEAST_SPAN_MS, rule.minutes * 60_000) + remembersMs;
  if (restedMs < wantedMs) return notYet(`it must rest for ${rule.minutes} minutes`, wantedMs - restedMs);
  if (look.count < rule.looks) return notYet(`it must be the same at ${rule.looks} looks`, LEAST_SPAN_MS);
  return { finished: true, by: `${look.count} looks in ${Math.floor(restedMs / 1000)} s` };
}

function byManifest(look: Look, { look: manifest, stated }: Beside): Judgement {
  if (manifest && (manifest.count < 2 || manifest.lastMs - manifest.firstMs < LEAST_SPAN_MS))
    return notYet('its day manifest was seen once', LEAST_SPAN_MS);
  if (stated === undefined) return notYet('its day manifest does not name it');
  if (typeof stated === 'string') return notYet(`its day manifest cannot be used: ${stated}`);
  if (stated.sizeBytes === undefined) return notYet('its day manifest does not state its size');
  if (stated.sizeBytes !== look.sizeBytes)
    return notYet(`it has ${look.sizeBytes} of the ${stated.sizeBytes} bytes that its day manifest states`);
  return { finished: true, by: 'its day manifest', stated };
}

function notYet(why: string, waitMs = LEAST_SPAN_MS): Judgement {
  return { finished: false, why, waitMs: Math.max(0, waitMs) };
}
