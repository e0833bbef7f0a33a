import type { ReactNode } from 'react';
import type { ProjectSummary } from '../../../electron/contract/methods.ts';
import { HintText } from '../../ui/fields/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { texts } from '../../ui/texts/texts.ts';
import { useStudio } from '../hooks.ts';
import styles from './ProjectCard.module.css';

/** A project to open: its picture, its name, how many takes it holds and when it was last changed. */
export function ProjectCard({ project }: { project: ProjectSummary }): ReactNode {
  const studio = useStudio();
  const when = new Date(project.modifiedAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <button
      type="button"
      className={styles.card}
      onClick={() => void studio.messages.attempt(() => studio.openProject(project.projectId))}
    >
      {project.posterUrl ? (
        <img className={styles.poster} src={project.posterUrl} alt="" loading="lazy" />
      ) : (
        <span className={styles.poster}>
          <Icon name="film" />
        </span>
      )}
      <span className={styles.text}>
        <strong>{project.name}</strong>
        <HintText>
          {texts.start.takes(project.takeCount)} · {when}
        </HintText>
      </span>
    </button>
  );
}
