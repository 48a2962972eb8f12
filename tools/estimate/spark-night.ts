import type { Throughput } from '../simulate/night.ts';

const MEGABYTE = 1_000_000;

/** A night on Spark, on a cluster that is started for it. */
export function sparkNight(
  inputBytes: number,
  rates: Throughput,
  vcpus: number,
): { seconds: number; vcpuHours: number; gbHours: number } {
  const { sparkMegabytesPerSecondPerVcpu } = rates;
  const { sparkStartSeconds, sparkGbPerVcpu } = rates.assumptions;
  const seconds = sparkStartSeconds + inputBytes / MEGABYTE / (sparkMegabytesPerSecondPerVcpu * vcpus);
  const vcpuHours = (seconds / 3600) * vcpus;
  return { seconds, vcpuHours, gbHours: vcpuHours * sparkGbPerVcpu };
}
