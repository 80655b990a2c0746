/** What `{{blanks}}` must mean: somebody fills them in. Only calls that are placed bring values. */
import type { KeyPath, Problem } from '../problem.ts'
import { blanksIn } from '../values/variables.ts'
import { isGroup, type YamlFile } from '../yaml/yaml-file.ts'

/** Warns of blanks that are always left out, because nobody may be called. */
export const checkBlanks = (yaml: YamlFile): readonly Problem[] => {
  if (yaml.at(['outbound']) !== undefined) return []
  return placesOf(yaml).flatMap((path) => {
    const text = yaml.at(path)
    const [name] = typeof text === 'string' ? blanksIn(text) : []
    return name === undefined ? [] : [
      yaml.problem(path, {
        code: 'blank-never-filled',
        severity: 'warning',
        message: `{{${name}}} is always left out: only calls that are placed bring a value`,
        hint: 'write outbound, or a text without it',
      }),
    ]
  })
}

const placesOf = (yaml: YamlFile): readonly KeyPath[] => {
  const others = yaml.at(['agents'])
  const names = isGroup(others) ? Object.keys(others) : []
  const agents: readonly KeyPath[] = [['agent'], ...names.map((name) => ['agents', name])]
  return [
    ...agents.flatMap((path) => [[...path, 'instructions'], [...path, 'greeting']]),
    ['summary', 'instructions'],
  ]
}
