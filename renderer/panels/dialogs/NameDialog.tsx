import { type ReactNode, useState } from 'react';
import { useProject } from '../../project/hooks.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { FieldStack } from '../../ui/fields/Field.tsx';
import { LabelledInput } from '../../ui/fields/TextInput.tsx';
import { Modal, ModalActions } from '../../ui/surfaces/Modal.tsx';
import { texts } from '../../ui/texts/texts.ts';

/** Asks for a name and hands it on. */
export function NameDialog({
  title,
  label,
  name: first,
  onClose,
  onName,
}: {
  title: string;
  label: string;
  name: string;
  onClose: () => void;
  onName: (name: string) => Promise<unknown>;
}): ReactNode {
  const { messages } = useProject();
  const [name, setName] = useState(first);
  return (
    <Modal title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() === '') return;
          onClose();
          void messages.attempt(() => onName(name));
        }}
      >
        <FieldStack>
          <LabelledInput label={label} value={name} maxLength={100} onValue={setName} />
          <ModalActions>
            <Button onClick={onClose}>{texts.dialog.cancel}</Button>
            <Button type="submit" primary>
              {texts.file.save}
            </Button>
          </ModalActions>
        </FieldStack>
      </form>
    </Modal>
  );
}
