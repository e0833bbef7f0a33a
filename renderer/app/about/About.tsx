import { type ReactNode, useEffect, useState } from 'react';
import { z } from 'zod';
import { HintText } from '../../ui/fields/Field.tsx';
import { Modal } from '../../ui/surfaces/Modal.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio } from '../hooks.ts';
import styles from './About.module.css';

const text = texts.about;

const licenceDocument = z.object({
  sourceOffer: z.string(),
  others: z.array(z.tuple([z.string(), z.string(), z.string()])),
  texts: z.array(z.object({ packages: z.array(z.string()), text: z.string() })),
});

/** Which version this is, under which licence, and what it is built on, with the licence of each. */
export function About({ onClose }: { onClose: () => void }): ReactNode {
  const studio = useStudio();
  const [licences, setLicences] = useState<z.output<typeof licenceDocument> | null>(null);
  useEffect(() => {
    void studio.messages.attempt(async () => {
      const answer = await fetch('/licences.json');
      setLicences(licenceDocument.parse(await answer.json()));
    });
  }, [studio]);
  return (
    <Modal title={text.title} wide onClose={onClose}>
      <p className={styles.lead}>{text.version(studio.info.version)}</p>
      <p className={styles.lead}>{text.own}</p>
      {licences ? (
        <>
          <h3>{text.carried}</h3>
          <dl className={styles.others}>
            {licences.others.map(([what, licence, where]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>{licence}</dd>
                <dd>
                  <HintText>{where}</HintText>
                </dd>
              </div>
            ))}
          </dl>
          <h3>{text.sources}</h3>
          <p className={styles.lead}>{licences.sourceOffer}</p>
          <h3>{text.packages}</h3>
          <div className={styles.texts}>
            {licences.texts.map((licence) => (
              <LicenceText key={licence.packages[0]} {...licence} />
            ))}
          </div>
        </>
      ) : null}
    </Modal>
  );
}

/** Packages under one text, which is shown when it is asked for. */
function LicenceText({ packages, text: words }: { packages: readonly string[]; text: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{text.names(packages.slice(0, 3), packages.length)}</summary>
      {isOpen ? <pre>{`${packages.join('\n')}\n\n${words}`}</pre> : null}
    </details>
  );
}
