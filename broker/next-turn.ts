// One turn of the event loop, for whoever has time.
/** What has arrived by now is read before it resolves, and what was written has left. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
