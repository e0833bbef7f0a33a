/** Whether a file's name is one of model weights. */
export const isModelFile = ({ name }: { name: string }): boolean => /\.(safetensors|sft|ckpt|pt|pth|gguf)$/i.test(name);
