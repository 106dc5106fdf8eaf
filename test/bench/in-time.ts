// Bounds a wait of a measurement: what does not come in its time ends the run with a sentence that says what it was.

export async function inTime<T>(what: string, seconds: number, coming: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what} did not come within ${seconds} s`)), seconds * 1000);
  try {
    return await Promise.race([coming, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
