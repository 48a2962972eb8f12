import type { TransferRecord } from '../decide/transfer-record.ts';
import type { ConnectorPorts } from './connector-ports.ts';

interface Sign {
  owner: string;
  beat: number;
  /** When this process first saw it, by its stop watch. */
  sinceMs: number;
}

/** Says which leases have ended: those of processes that are gone, and those that gave no sign of life for as long as this process watched. */
export class LeaseWatch {
  private readonly ports: Pick<ConnectorPorts, 'clock' | 'owner' | 'hasEnded'>;
  private readonly leaseMs: number;
  private readonly signs = new Map<string, Sign>();

  constructor(ports: Pick<ConnectorPorts, 'clock' | 'owner' | 'hasEnded'>, leaseMs: number) {
    this.ports = ports;
    this.leaseMs = leaseMs;
  }

  /** `mine` if nobody holds it or this process does; `over` if its holder may be replaced. */
  look({ key, lease }: Pick<TransferRecord, 'key' | 'lease'>): 'mine' | 'over' | 'held' {
    const { clock, owner, hasEnded } = this.ports;
    if (!lease || lease.owner === owner) {
      this.signs.delete(key);
      return 'mine';
    }
    if (hasEnded(lease.owner)) return 'over';
    const sign = this.signs.get(key);
    if (sign?.owner === lease.owner && sign.beat === lease.beat) {
      return clock.steadyMs() - sign.sinceMs >= this.leaseMs ? 'over' : 'held';
    }
    this.signs.set(key, { ...lease, sinceMs: clock.steadyMs() });
    return 'held';
  }
}
