/** What the keys must mean together that decide who takes a call: `hours`, `blocked`, `listen`, and whether there is an agent. */
import { checkBlocked } from '../blocked.ts'
import { eachText, text } from './checks.ts'
import { checkHours } from '../hours/rules.ts'
import { checkTranscriptionModel } from '../values/known-names.ts'
import { checkLanguage } from '../values/language.ts'
import { checkDialTarget } from '../values/phone-number.ts'
import type { Problem } from '../problem.ts'
import type { YamlFile } from '../yaml/yaml-file.ts'
import { isGroup } from '../yaml/yaml-file.ts'

/** Checks who takes the calls. */
export const checkRouting = (yaml: YamlFile): readonly Problem[] => [
  ...agent(yaml),
  ...checkHours(yaml),
  ...eachText(yaml, ['blocked'], checkBlocked),
  ...text(yaml, ['listen', 'dial'], checkDialTarget),
  ...text(yaml, ['listen', 'model'], checkTranscriptionModel),
  ...eachText(yaml, ['listen', 'languages'], checkLanguage),
]

/** An agent is needed by a line that does not listen, and has nothing to do on one that always does. */
const agent = (yaml: YamlFile): readonly Problem[] => {
  if (!isGroup(yaml.value)) return []
  const listens = yaml.at(['listen']) !== undefined
  const closedAgent = yaml.at(['hours', 'closed', 'agent'])
  const isNeeded = !listens || closedAgent !== undefined
  const isThere = Object.hasOwn(yaml.value, 'agent')
  if (isNeeded === isThere) return []
  return isThere
    ? [yaml.problem(['agent'], {
      code: 'key-without-effect',
      message: 'agent does nothing beside listen: all calls go to listen.dial',
      hint: 'remove it, or let it answer outside the hours: hours.closed.agent',
    }, 'key')]
    : [yaml.problem(['agent'], {
      code: 'missing-key',
      message: 'agent is missing',
      hint: listens
        ? 'hours.closed.agent needs it: what an agent leaves out is taken from agent'
        : 'only a file with listen, whose calls go to a human, needs none',
    })]
}
