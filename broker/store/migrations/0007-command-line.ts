// Sessions of a person's command line, beside those of browsers: of which kind each is.
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

export const commandLineSchema: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw(`ALTER TABLE sessions ADD COLUMN kind text NOT NULL DEFAULT 'browser'`).execute(db);
  },
};
