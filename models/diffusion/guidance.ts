/**
 * The coefficients of classifier-free guidance with separate scales:
 * ε = ε(∅,∅) + s_img (ε(∅,img) − ε(∅,∅)) + s_txt (ε(txt,img) − ε(∅,img)).
 * At s_img = 1 the unconditional branch vanishes and what is left is the released sampler; at s_txt = 1 too, one branch is left.
 */
export function guidanceWeights(text: number, image: number): { full: number; imageOnly: number; none: number } {
  return { full: text, imageOnly: image - text, none: 1 - image };
}
