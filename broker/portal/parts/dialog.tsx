// A dialog over the page, as the browser has it: what is behind it cannot be reached, Escape closes it, and the focus goes back to
// where it was.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  /** of its heading */
  readonly labelledBy: string;
  /** what was sent is not answered yet: Escape waits for it */
  readonly busy: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ labelledBy, busy, onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const leave = useRef(onClose);
  leave.current = onClose;
  useEffect(() => {
    const dialog = box.current;
    const closed = (): void => leave.current();
    dialog?.showModal();
    dialog?.addEventListener('close', closed);
    return () => {
      dialog?.removeEventListener('close', closed);
      dialog?.close();
      // What opened it may be gone by now.
      if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog ref={box} aria-labelledby={labelledBy} onCancel={(event) => busy && event.preventDefault()}>
      {children}
    </dialog>
  );
}
