import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { BareIconButton } from '../controls/IconButton.tsx';
import { FieldRow } from '../fields/Field.tsx';
import { texts } from '../texts/texts.ts';
import styles from './Modal.module.css';

/** A dialog in the middle of the page; Escape and a click outside close it. `page`: of one size whatever it shows, which scrolls by itself. */
export function Modal({
  title,
  wide,
  page,
  onClose,
  children,
}: {
  title: string;
  wide?: boolean;
  page?: boolean;
  onClose: () => void;
  children: ReactNode;
}): ReactNode {
  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.overlay} />
        <Dialog.Content
          className={[styles.dialog, wide && styles.wide, page && styles.page].filter(Boolean).join(' ')}
          aria-describedby={undefined}
        >
          <FieldRow>
            <Dialog.Title className={styles.title}>{title}</Dialog.Title>
            <Dialog.Close asChild>
              <BareIconButton icon="close" label={texts.dialog.close} />
            </Dialog.Close>
          </FieldRow>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The buttons that end a dialog. */
export function ModalActions({ children }: { children: ReactNode }): ReactNode {
  return <div className={styles.actions}>{children}</div>;
}
