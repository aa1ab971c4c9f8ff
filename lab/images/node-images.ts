import { insideNode } from '../node/inside-node.ts';

interface OnNode {
  readonly stateDirectory: string;
  readonly node: string;
}

export const IMAGES = ['ctr', '-n', 'k8s.io', 'images'];

export const hasImage = async (on: OnNode, name: string): Promise<boolean> =>
  (await insideNode(on, [...IMAGES, 'ls', '-q', `name==${name}`])).stdout.trim() !== '';

export async function importImages(on: OnNode, archive: Buffer): Promise<void> {
  await insideNode(on, [...IMAGES, 'import', '-'], { input: archive });
}
