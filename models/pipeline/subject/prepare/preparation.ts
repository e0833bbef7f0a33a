/** Which things are done to what the model sees of a subject. */
export interface SubjectPreparation {
  readonly denoise: boolean;
  readonly levels: boolean;
  readonly outline: boolean;
}
