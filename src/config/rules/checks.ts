/** Applies the check of one value to a place in a file, whatever else is wrong there: what is not text is the schema's to tell. */
import type { Finding, KeyPath, Problem } from '../problem.ts'
import type { YamlFile } from '../yaml/yaml-file.ts'

/** Says what is wrong with a text, if anything. */
export type Check = (text: string) => Finding | undefined

/** Checks the text at a path. */
export const text = (yaml: YamlFile, path: KeyPath, check: Check): Problem[] => {
  const value = yaml.at(path)
  const finding = typeof value === 'string' && value.trim() ? check(value.trim()) : undefined
  return finding ? [yaml.problem(path, finding)] : []
}

/** Checks each text of the list at a path. */
export const eachText = (yaml: YamlFile, path: KeyPath, check: Check): Problem[] =>
  list(yaml, path).flatMap((_, index) => text(yaml, [...path, index], check))

/** Gives the list at a path, or an empty one. */
export const list = (yaml: YamlFile, path: KeyPath): readonly unknown[] => {
  const value = yaml.at(path)
  return Array.isArray(value) ? value : []
}
