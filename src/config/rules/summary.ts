/** What `summary` must mean: its fields have types that there are, and somebody keeps what is written. */
import type { Problem } from '../problem.ts'
import { checkParameters } from '../schema/parameters.ts'
import type { YamlFile } from '../yaml/yaml-file.ts'
import { isGroup } from '../yaml/yaml-file.ts'

/** Checks the summary of a customer. */
export const checkSummary = (yaml: YamlFile): readonly Problem[] => {
  if (yaml.at(['summary']) === undefined) return []
  const path = ['summary', 'fields']
  const fields = yaml.at(path)
  const wrong = isGroup(fields)
    ? checkParameters(fields).map((it) => yaml.problem([...path, ...it.path], it.finding))
    : []
  return [...wrong, ...withoutEffect(yaml)]
}

const withoutEffect = (yaml: YamlFile): readonly Problem[] => {
  const listens = yaml.at(['listen']) !== undefined && yaml.at(['agent']) === undefined
  if (yaml.at(['record']) !== 'factsOnly' && !listens) return []
  return [
    yaml.problem(['summary'], {
      code: 'key-without-effect',
      message: listens
        ? 'summary does nothing beside listen: calls between humans are not summed up'
        : 'summary does nothing beside record: factsOnly, which keeps no words',
      hint: listens ? 'remove it' : 'remove one of them',
    }, 'key'),
  ]
}
