// `policy show`: the text of a policy version by its digest, as an entry of the log names it, whether it is in force or not; and
// which versions there are.
import type { Version } from '../store/policies.ts';
import { type Command, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'policy show',
  summary: 'show the policy version that an entry of the log names, or list them all',
  usage: 'policy show (DIGEST | --versions)',
  about:
    'Every policy that was ever in force is kept by its SHA-256. This prints the one that justified an issuance, whether it is still in force or not; --json carries its exact text. With --versions it lists all of them, oldest first: since when, whether it is in force now, the file, the digest.',
  examples: ['buildpass policy show 3f0c… > shop-as-it-was.yaml', 'buildpass policy show --versions | grep shop.yaml'],
  options: { versions: { type: 'boolean', about: 'list every version that was ever in force' } },
  maxPositionals: 1,
  async run({ io, positionals, flag, configFile, json }) {
    const [digest = ''] = positionals;
    if (flag('versions')) {
      if (positionals.length > 0) throw new UsageError('--versions lists all of them: leave the digest out');
      const versions = await withStoreReader(configFile, (reader) => reader.read((tx) => tx.policies.versions()));
      for (const line of json ? [JSON.stringify(versions.map(asJson), null, 2)] : versions.map(asText)) io.out(line);
      return 0;
    }
    if (!/^[0-9a-f]{64}$/.test(digest))
      throw new UsageError(
        `"${digest}" is not a digest: 64 hexadecimal digits, as \`policy_digest\` in an entry, or --versions for all there are`,
      );
    const document = await withStoreReader(configFile, (reader) => reader.read((tx) => tx.policies.document(digest)));
    if (document === undefined) {
      io.err('No policy with this digest was ever in force here.');
      return 1;
    }
    io.out(json ? JSON.stringify(document, null, 2) : document.text.replace(/\n$/, ''));
    return 0;
  },
};

const since = ({ since: at }: Version): string => new Date(at).toISOString();

const asText = (version: Version): string =>
  `${since(version)}  ${version.inForce ? 'in force' : '        '}  ${version.digest}  ${version.file}`;

const asJson = ({ file, digest, project, inForce, ...rest }: Version): object => ({
  ...{ file, project: project ?? null, digest },
  since: since({ file, digest, project, inForce, ...rest }),
  in_force: inForce,
});
