import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import type { Message, Messages } from '../project/messages.ts';
import { Button } from '../ui/controls/Button.tsx';
import { texts } from '../ui/texts/texts.ts';
import { useStudio } from './hooks.ts';
import styles from './Toasts.module.css';

/** Messages in the corner: what happened, the way out, and for errors the details to copy. */
export function Toasts(): ReactNode {
  const { messages } = useStudio();
  const { shown } = useSyncExternalStore(messages.state.subscribe, () => messages.state.state);
  return (
    <section className={styles.toasts} aria-label={texts.toast.region} aria-live="polite">
      {shown.map((message) => (
        <Toast key={message.id} message={message} messages={messages} />
      ))}
    </section>
  );
}

/** How long a failure stays while nobody points at it. */
const errorMilliseconds = 20_000;

function Toast({ message, messages }: { message: Message; messages: Messages }): ReactNode {
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(message.details ?? message.text);
    messages.notify(texts.toast.copied);
  };
  const isError = message.kind === 'error';
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (!isError || isHeld) return undefined;
    const timer = setTimeout(() => messages.dismiss(message.id), errorMilliseconds);
    return () => clearTimeout(timer);
  }, [isError, isHeld, messages, message.id]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at a message or being in it holds it; its buttons do the rest.
    <div
      className={isError ? `${styles.toast} ${styles.error}` : styles.toast}
      data-testid={`toast-${message.kind}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <strong>{message.text}</strong>
      {message.hint ? <span>{message.hint}</span> : null}
      {isError ? (
        <span className={styles.actions}>
          <Button quiet onClick={() => void messages.attempt(copy)}>
            {texts.toast.copy}
          </Button>
          <Button quiet onClick={() => messages.dismiss(message.id)}>
            {texts.toast.dismiss}
          </Button>
        </span>
      ) : null}
    </div>
  );
}
