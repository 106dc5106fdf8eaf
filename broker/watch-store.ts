// Says it when the store breaks, once and with what to do, and lets whoever runs the broker know that it should end.
import type { Logger } from './telemetry/logger.ts';

export interface StoreWatch {
  readonly storeBroken: Promise<void>;
  readonly onBroken: (cause: unknown) => void;
}

export function watchStore(path: string, logger: Logger): StoreWatch {
  const { promise: storeBroken, resolve } = Promise.withResolvers<void>();
  const onBroken = (error: unknown): void => {
    logger.error('the store is not trusted any more', { store: path, error });
    resolve();
  };
  return { storeBroken, onBroken };
}
