// Says it when the store breaks, once and with what to do, and lets whoever runs the broker know that it should end.
import type { Logger } from './telemetry/logger.ts';

export interface StoreWatch {
  readonly storeBroken: Promise<void>;
  readonly onBroken: (cause: unknown) => void;
}

export function watchStore(path: string, logger: Logger): StoreWatch {
  const { promise: storeBroken, resolve } = Promise.withResolvers<void>();
  const onBroken = (error: unknown): void => {
    logger.error(
      `the store ${path} is not trusted any more: from now on every ask gets 503, and this broker ends itself. Check the disk and its room, then start it again: what it handed out is on record, and the start checks it`,
      { error },
    );
    resolve();
  };
  return { storeBroken, onBroken };
}
