// The address of a page, for those who can decide. Where the browser does not copy, the address itself is shown to be copied.
import { useState } from 'preact/hooks';

export function CopyLink({ address }: { readonly address: string }) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'by hand'>('no');
  const whole = new URL(address, location.href).href;
  const copy = (): void => {
    // Absent where the page is not secure.
    const done = navigator.clipboard?.writeText(whole) ?? Promise.reject(new Error('no clipboard'));
    done.then(
      () => setCopied('yes'),
      () => setCopied('by hand'),
    );
  };
  if (copied === 'by hand') return <code>{whole}</code>;
  return (
    <>
      <button type="button" class="button" onClick={copy}>
        Copy the link for them
      </button>
      {/* Beside the button: what stands in one is its name, and no news. */}
      <span role="status" class="hint">
        {copied === 'yes' && 'Copied'}
      </span>
    </>
  );
}
