import { StudioError } from '../../errors/studioError.ts';
import { checkedElementCount, storedBytes } from '../storedTensor.ts';
import type { PickledTensor, Value } from './pickleValues.ts';

/**
 * A tensor from the arguments torch rebuilds it with: storage, offset, sizes and strides. `refuse` makes the error for a
 * description that cannot be; one whose elements do not lie in order is an error of its own.
 */
export function describeTensor(
  [storage, offset, size, stride]: readonly Value[],
  path: string,
  refuse: (reason: string) => StudioError,
): PickledTensor {
  const numbers = (value: Value | undefined): number[] | undefined =>
    value?.kind === 'list' && value.items.every((item) => item.kind === 'number')
      ? value.items.map((item) => (item.kind === 'number' ? item.value : 0))
      : undefined;
  const shape = numbers(size);
  const strides = numbers(stride);
  const count = checkedElementCount(shape);
  if (
    storage?.kind !== 'storage' ||
    offset?.kind !== 'number' ||
    !shape ||
    !strides ||
    count === undefined ||
    strides.length !== shape.length
  )
    throw refuse('its pickle describes a tensor that cannot be');
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] ?? 1;
    if (length !== 1 && count > 0 && strides[axis] !== step)
      throw new StudioError(
        'format-unknown',
        `${path} holds a tensor of ${shape.join('×')} whose elements do not lie in order.`,
        {
          hint: 'Save the checkpoint again after calling contiguous() on its tensors.',
        },
      );
    step *= length;
  }
  if (!Number.isSafeInteger(offset.value) || offset.value < 0 || offset.value + count > storage.count)
    throw refuse('its pickle describes a tensor beyond its storage');
  const bytes = storedBytes[storage.dtype];
  return {
    dtype: storage.dtype,
    shape,
    storage: storage.key,
    offsetBytes: offset.value * bytes,
    lengthBytes: count * bytes,
  };
}
