import { type ReactNode, useRef } from 'react';
import type { SourceRecord } from '../../../electron/contract/records.ts';
import { useDocument, useProject, useSession } from '../../project/hooks.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Modal, ModalActions } from '../../ui/surfaces/Modal.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { Card, CardList } from '../Card.tsx';

/** The files that are gone from the project, each with the way to point to it again. */
export function MissingMedia({ onClose }: { onClose: () => void }): ReactNode {
  const missing = useSession((session) => session.missingSourceIds);
  const sources = useDocument((document) => document.all('source'));
  return (
    <Modal title={texts.missing.title} onClose={onClose}>
      <p>{texts.missing.message}</p>
      <CardList>
        {sources
          .filter((source) => missing.includes(source.id))
          .map((source) => (
            <MissingItem key={source.id} source={source} />
          ))}
      </CardList>
      <ModalActions>
        <Button onClick={onClose}>{texts.missing.later}</Button>
      </ModalActions>
    </Modal>
  );
}

function MissingItem({ source }: { source: SourceRecord }): ReactNode {
  const { media, messages } = useProject();
  const input = useRef<HTMLInputElement>(null);
  return (
    <Card
      name={source.name}
      controls={
        <>
          <Button onClick={() => input.current?.click()}>{texts.missing.find}</Button>
          <input
            ref={input}
            type="file"
            hidden
            aria-label={source.name}
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) void messages.attempt(() => media.relink(source, file));
            }}
          />
        </>
      }
    />
  );
}
