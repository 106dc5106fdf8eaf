// Keeps the cores of this machine awake: on each a process that does nothing, and gives way to whoever has work. A core that has
// nothing to do falls asleep, and the next one to need it waits until it is back, with nothing left in its caches: on a virtual machine
// that is a third of what a lone ask takes, and none of it is the doing of what is measured.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

const NOTHING = "require('node:os').setPriority(19); process.stdout.write('.'); for (;;);";

export async function keepAwake(): Promise<{ stop(): Promise<void> }> {
  const idle = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', NOTHING], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  // However the measurement ends.
  process.once('exit', () => end(idle));
  await Promise.all(idle.map((one) => once(one.stdout, 'data')));
  return {
    async stop() {
      const ended = idle.map((one) => once(one, 'exit'));
      end(idle);
      await Promise.all(ended);
    },
  };
}

const end = (processes: readonly ChildProcess[]): void => {
  for (const one of processes) one.kill('SIGKILL');
};
