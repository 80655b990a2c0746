/**
 * How long instructions and knowledge may be. The Realtime API reads the instructions again for each answer and has a limit to
 * them; what is searched only has to fit into memory.
 */
import type { KnowledgeEntry } from '../config.ts'
import type { Problem } from '../problem.ts'
import type { YamlFile } from '../yaml/yaml-file.ts'
import { isGroup } from '../yaml/yaml-file.ts'

/** How much knowledge may stand below the instructions, in tokens: all of it is read again for each answer. */
export const INLINE_TOKENS_MAX = 4_000

/** The most that instructions and what stands below them may be: 16,384 tokens, less room for what a call adds to them. */
const INSTRUCTION_TOKENS_MAX = 15_000

/** The most text one customer may have to be searched; the index takes some twenty bytes for each. */
const TEXT_CHARACTERS_MAX = 12_000_000

/** Estimates the tokens of a text: four characters each, which is about right for English and too few for other scripts. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 4)

/** Says what of a customer file is too long: the instructions, or all texts of its knowledge together. */
export const checkLength = (
  yaml: YamlFile,
  entries: readonly KnowledgeEntry[],
): readonly Problem[] => [
  ...checkInstructions(yaml, entries.length > 0),
  ...checkTexts(yaml, entries),
]

const checkInstructions = (yaml: YamlFile, hasKnowledge: boolean): readonly Problem[] => {
  const others = yaml.at(['agents'])
  const agents = [
    ['agent'],
    ...Object.keys(isGroup(others) ? others : {}).map((name) => ['agents', name]),
  ]
  const most = INSTRUCTION_TOKENS_MAX - (hasKnowledge ? INLINE_TOKENS_MAX : 0)
  return agents.flatMap((agent) => {
    const path = [...agent, 'instructions']
    const instructions = yaml.at(path)
    const tokens = typeof instructions === 'string' ? estimateTokens(instructions) : 0
    if (tokens <= most) return []
    const message = `the instructions are about ${tokens} tokens, ${most} is the most` +
      (hasKnowledge ? ' beside knowledge' : '')
    return [yaml.problem(path, { code: 'too-much-text', message, hint: KEEP })]
  })
}

const KEEP = 'they are read again for each answer: what callers ask for now and then is knowledge'

const checkTexts = (yaml: YamlFile, entries: readonly KnowledgeEntry[]): readonly Problem[] => {
  const texts = entries.flatMap((entry) => entry.type === 'text' ? [entry] : [])
  const characters = texts.reduce((sum, { text }) => sum + text.length, 0)
  if (characters <= TEXT_CHARACTERS_MAX) return []
  const longest = texts.reduce((a, b) => (b.text.length > a.text.length ? b : a))
  return [yaml.problem(['knowledge'], {
    code: 'too-much-text',
    message: `knowledge is ${millions(characters)} million characters of text, ` +
      `${millions(TEXT_CHARACTERS_MAX)} million is the most; ` +
      `${longest.name} alone has ${millions(longest.text.length)}`,
    hint: 'put what is so large into a vector store',
  }, 'key')]
}

const millions = (characters: number): string => (characters / 1e6).toFixed(1)
