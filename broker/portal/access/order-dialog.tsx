// The dialog of every order: what it does, the reason, the step-up, and then what the broker says that it did, with its place in
// the log.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { grouped } from '../../../shared/number-words.ts';
import { type Words, wordsFor } from '../data/codes.ts';
import { here } from '../data/location.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/marks.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Sentence } from '../parts/said.tsx';
import { StepUp } from '../parts/step-up.tsx';
import type { Answered, Order } from './use-order.ts';

interface Props {
  readonly title: string;
  /** as the end of `You …` */
  readonly doing: ComponentChildren;
  /** the button, and the same while it is sent; undefined where there is nothing to send */
  readonly button: readonly [word: string, sending: string] | undefined;
  readonly order: Order;
  /** where to see what comes of it */
  readonly after?: string | undefined;
  /** who reads the reason */
  readonly readers: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function OrderDialog(props: Props) {
  const { order, doing, after, onClose } = props;
  const { done, methods, reason, send, back } = order;
  return (
    <Dialog labelledBy="order" busy={order.sending} onClose={onClose}>
      {done !== undefined ? (
        <Done answer={done} after={after} onClose={onClose} />
      ) : methods === undefined ? (
        <OrderForm {...props} />
      ) : (
        <StepUp id="order" confirming={{ reason, methods, send, back }} address={here()}>
          You {doing}.
        </StepUp>
      )}
    </Dialog>
  );
}

/** The heading has the focus: whoever listens hears first what this is about, and nothing is pressed by a slip. */
function Heading({ children }: { readonly children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h2 id="order" tabIndex={-1} ref={heading}>
      {children}
    </h2>
  );
}

function OrderForm({ title, button, order, readers, onClose, children }: Props) {
  return (
    <form class="panel-body" onSubmit={(event) => event.preventDefault()} noValidate>
      <Heading>{title}</Heading>
      {children}
      {button !== undefined && <ReasonField order={order} readers={readers} />}
      <div class="two">
        {button !== undefined && (
          <button
            type="button"
            class="button solid tall"
            aria-disabled={order.sending}
            onClick={() => void order.send()}
          >
            {button[order.sending ? 1 : 0]}
          </button>
        )}
        <button type="button" class="button tall" onClick={onClose}>
          {button === undefined ? 'Close' : 'Cancel'}
        </button>
      </div>
      {order.problem !== undefined && <ProblemNote problem={order.problem} words={orderWords(order.problem.code)} />}
    </form>
  );
}

function ReasonField({ order, readers }: Pick<Props, 'order' | 'readers'>) {
  const { missing } = order;
  return (
    <>
      <label for="order-reason">Reason</label>
      <textarea
        id="order-reason"
        rows={2}
        value={order.reason}
        onInput={(event) => order.setReason(event.currentTarget.value)}
        aria-invalid={missing !== undefined}
        aria-describedby={missing === undefined ? 'order-hint' : 'order-error'}
        required
      />
      {missing === undefined ? (
        <p class="hint" id="order-hint">
          Required. {readers}
        </p>
      ) : (
        <p class="field-error" id="order-error" role="alert">
          <Icon name="warning" />
          {missing}
        </p>
      )}
    </>
  );
}

function orderWords(code: string): Words {
  if (code === 'NOT_FOUND') return { title: 'Nothing was changed', next: 'Change the name, and send it again.' };
  if (code === 'UNREACHABLE')
    return {
      title: 'The broker didn’t answer',
      next: 'It may have been done all the same: look at the lists before you press it again. Your reason is kept.',
    };
  return wordsFor(code);
}

function Done({ answer, after, onClose }: Pick<Props, 'after' | 'onClose'> & { readonly answer: Answered }) {
  return (
    <div class="panel-body">
      <Heading>What the broker says</Heading>
      {answer.says.map((sentence) => (
        <p key={sentence}>
          <Sentence text={sentence} />
        </p>
      ))}
      <p class="hint">
        In the log at {grouped(answer.entry)}. {after}
      </p>
      <div class="two">
        <button type="button" class="button tall" onClick={onClose}>
          Close
        </button>
      </div>
    </div>
  );
}
