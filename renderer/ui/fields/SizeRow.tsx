import type { ReactNode } from 'react';
import { FieldRow, Inline } from './Field.tsx';
import { NumberField } from './NumberField.tsx';

/** Width and height in pixels, in steps of `step`; where one is not set, `placeholder` says what holds. */
export function SizeRow({
  label,
  size,
  placeholder,
  min,
  max,
  step,
  onSize,
}: {
  label: string;
  size: { width?: number | undefined; height?: number | undefined };
  placeholder?: { width: number; height: number };
  min: number;
  max: number;
  step: number;
  onSize: (size: { width: number } | { height: number }) => void;
}): ReactNode {
  const side = (name: 'width' | 'height') => (
    <NumberField
      label={`${label}: ${name}`}
      value={size[name]}
      {...(placeholder ? { placeholder: String(placeholder[name]) } : {})}
      {...{ min, max, step }}
      onValue={(value) => {
        const rounded = Math.round(value / step) * step;
        onSize(name === 'width' ? { width: rounded } : { height: rounded });
      }}
    />
  );
  return (
    <FieldRow>
      <span>{label}</span>
      <Inline>
        {side('width')}×{side('height')}
      </Inline>
    </FieldRow>
  );
}
