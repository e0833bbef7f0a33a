import type { ReactNode } from 'react';
import type { Toast } from './appState.ts';
import { useApp, useStudio } from './hooks.ts';
import { texts } from './texts.ts';

/** Messages in the corner: what happened, the way out, and for errors the details to copy. */
export function Toasts(): ReactNode {
  const toasts = useApp((app) => app.toasts);
  return (
    <section className="toasts" aria-label={texts.toast.region} aria-live="polite">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastCard({ toast }: { toast: Toast }): ReactNode {
  const studio = useStudio();
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(toast.details ?? toast.message);
    studio.notify(texts.toast.copied);
  };
  return (
    <div className={toast.kind === 'error' ? 'toast error' : 'toast'} data-kind={toast.kind}>
      <strong>{toast.message}</strong>
      {toast.hint ? <span>{toast.hint}</span> : null}
      {toast.kind === 'error' ? (
        <span className="toastActions">
          <button type="button" className="button quiet" onClick={() => void studio.attempt(copy)}>
            {texts.toast.copy}
          </button>
          <button type="button" className="button quiet" onClick={() => studio.dismissToast(toast.id)}>
            {texts.toast.dismiss}
          </button>
        </span>
      ) : null}
    </div>
  );
}
