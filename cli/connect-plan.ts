import { placeOfSeen } from '../connector/decide/file-place.ts';
import { judgeFile } from '../connector/decide/finished-file.ts';
import { lookedAgain } from '../connector/decide/looks.ts';
import type { Settings } from '../connector/decide/settings.ts';
import { currentArrival, recordKey, stateFolder } from '../connector/decide/transfer-record.ts';
import type { ConnectorPorts } from '../connector/work/connector-ports.ts';
import { readRecord } from '../connector/work/held-record.ts';
import { byteSizeText } from '../terminal/byte-size.ts';
import { counted } from '../terminal/counted.ts';

/** For each file of the sources: where it would go, and what it waits for. Nothing is written. */
export async function planLines(ports: ConnectorPorts, settings: Settings): Promise<string[]> {
  const lines: string[] = [];
  const folder = stateFolder(settings.target.prefix, settings.name);
  let others = 0;
  for (const source of ports.sources) {
    lines.push(`${source.name} → ${ports.target.name}`);
    const before = lines.length;
    for await (const seen of source.list()) {
      const place = placeOfSeen(seen, settings);
      if (place === undefined) {
        others++;
        continue;
      }
      const size = byteSizeText(seen.sizeBytes);
      if ('problem' in place) {
        lines.push(`  ${seen.path}  ${size}  stays: ${place.problem}`);
        continue;
      }
      const read = await readRecord(ports, recordKey(folder, place.key, place.businessDate));
      const arrival = read && currentArrival(read.record);
      const rule = settings.files[place.rule]!;
      const look = lookedAgain(undefined, seen, ports.clock.steadyMs());
      const judgement = judgeFile(rule.finished, look, { look: undefined });
      const state =
        arrival?.version === seen.version
          ? `has arrived at ${arrival.at}`
          : arrival
            ? `arrived before, and changed since`
            : judgement.finished
              ? 'is finished'
              : `is taken when it is finished: ${rule.finished.by}`;
      lines.push(`  ${seen.path}  ${size}  → ${place.key}  ${state}`);
    }
    if (lines.length === before) lines.push('  no file fits');
  }
  const [fit, stay] = others === 1 ? ['fits', 'stays'] : ['fit', 'stay'];
  if (others > 0) lines.push(`${counted(others, 'other file')} ${fit} no pattern of files and ${stay}`);
  return lines;
}
