/** A range of the file, as one worker converts it while nobody else works. */
interface QueuedTask {
  seconds: number;
  /** What it moves to or from the disk meanwhile, evenly. */
  diskBytes: number;
}

interface SimulatedQueue {
  /** When the last task ended. */
  endSeconds: number;
  /** By which all tasks together were slower than alone, because the disk had no more to give. */
  diskSeconds: number;
  /** For which workers had nothing to do between the first task's begin and the last one's end, added up. */
  idleSeconds: number;
}

interface Running {
  /** Seconds of work that are left, at full speed. */
  left: number;
  bytesPerSecond: number;
}

/**
 * Plays a queue of tasks: each worker takes the next one as soon as it is ready and free. `readyAt` says from when on each worker is there.
 * While all that run together want more of the disk than it gives, all are slowed down alike.
 */
export function simulateQueue(
  tasks: readonly QueuedTask[],
  readyAt: readonly number[],
  diskBytesPerSecond: number,
): SimulatedQueue {
  const freeAt = [...readyAt];
  const running = new Map<number, Running>();
  const beginSeconds = Math.min(...readyAt);
  let now = beginSeconds;
  let next = 0;
  let [diskSeconds, busySeconds] = [0, 0];
  while (next < tasks.length || running.size > 0) {
    for (const [worker, at] of freeAt.entries()) {
      const task = at <= now && !running.has(worker) ? tasks[next] : undefined;
      if (!task) continue;
      next++;
      running.set(worker, { left: task.seconds, bytesPerSecond: task.diskBytes / (task.seconds || 1) });
    }
    const wanted = [...running.values()].reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0);
    const speed = Math.min(1, diskBytesPerSecond / wanted);
    const ends = [...running.values()].map(({ left }) => left / speed);
    const arrivals = next < tasks.length ? freeAt.filter((at) => at > now).map((at) => at - now) : [];
    const step = Math.min(...ends, ...arrivals);
    now += step;
    diskSeconds += step * (1 - speed) * running.size;
    busySeconds += step * running.size;
    for (const [worker, task] of running) {
      task.left -= step * speed;
      if (task.left > 1e-9) continue;
      running.delete(worker);
      freeAt[worker] = now;
    }
  }
  const idleSeconds = (now - beginSeconds) * readyAt.length - busySeconds;
  return { endSeconds: now, diskSeconds, idleSeconds };
}
