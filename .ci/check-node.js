// Says in one sentence what is wrong with the Node that runs this, and stops; any Node since 12 can run it.
// npm puts the pinned Node 24 of package.json on PATH, so this fails only where npm has none for the machine.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(
    `Buildpass needs Node 24.15 or newer, and this is ${process.versions.node}. npm has no Node 24 package for ` +
      `${process.platform} on ${process.arch} (or optional packages were left out): install Node 24 and run this again.`,
  );
  process.exit(1);
}
