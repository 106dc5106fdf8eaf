// The end of a step that could not do its work: what the annotation says. Lines may quote text from outside; the job log
// makes them harmless when it prints them.
export class ActionFailure extends Error {
  override readonly name: string = 'ActionFailure';
  readonly lines: readonly string[];

  constructor(title: string, ...lines: readonly string[]) {
    super(title);
    this.lines = lines;
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
