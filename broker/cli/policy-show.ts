// `policy show`: the text of a policy version by its digest, as an entry of the log names it, whether it is in force or not.
import { type Command, UsageError } from './command.ts';
import { withStoreReader } from './open-store.ts';

export const command: Command = {
  name: 'policy show',
  summary: 'show the policy version that an entry of the log names',
  usage: 'policy show DIGEST',
  about:
    'Every policy that was ever in force is kept by its SHA-256. This prints the one that justified an issuance, whether it is still in force or not; --json carries its exact text.',
  examples: ['buildpass policy show 3f0c… > shop-as-it-was.yaml'],
  options: {},
  maxPositionals: 1,
  async run({ io, positionals, configFile, json }) {
    const [digest = ''] = positionals;
    if (!/^[0-9a-f]{64}$/.test(digest))
      throw new UsageError(`"${digest}" is not a digest: 64 hexadecimal digits, as \`policy_digest\` in an entry`);
    const document = await withStoreReader(configFile, (reader) => reader.read((tx) => tx.policies.document(digest)));
    if (document === undefined) {
      io.err('No policy with this digest was ever in force here.');
      return 1;
    }
    io.out(json ? JSON.stringify(document, null, 2) : document.text.replace(/\n$/, ''));
    return 0;
  },
};
