/** Reads a Dockerfile, as much of the language as ours uses, so that tests and `dockerfile-steps.ts` work from the file itself. */

/** One instruction: `name` in capitals, `--flag=value` apart from the rest. */
export type Instruction = Readonly<{
  name: string
  flags: Readonly<Record<string, string>>
  text: string
}>

export type Stage = Readonly<{
  name: string | undefined
  from: string
  instructions: readonly Instruction[]
}>

export type Dockerfile = Readonly<{
  /** The build arguments before the first stage, with their defaults. */
  args: Readonly<Record<string, string>>
  stages: readonly Stage[]
}>

/** What a container of the image is started with. */
export type ImageConfig = Readonly<{
  env: Readonly<Record<string, string>>
  entrypoint: readonly string[]
  cmd: readonly string[]
  healthcheck: readonly string[]
  user: string
  workdir: string
  volumes: readonly string[]
  stopSignal: string
}>

/** Reads the text of a Dockerfile. Throws on an instruction before the first stage that is no `ARG`. */
export const parseDockerfile = (text: string): Dockerfile => {
  const args: Record<string, string> = {}
  const stages: { name: string | undefined; from: string; instructions: Instruction[] }[] = []
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'FROM') {
      const [from, , name] = instruction.text.split(/\s+/)
      stages.push({ from, name, instructions: [] })
    } else if (stages.length > 0) {
      stages[stages.length - 1].instructions.push(instruction)
    } else if (instruction.name === 'ARG') {
      Object.assign(args, pairsOf(instruction.text))
    } else {
      throw new Error(`${instruction.name} before the first FROM`)
    }
  }
  return { args, stages }
}

/** What a stage is built on: an image, or the name of another stage. */
export const fromOf = (
  { args }: Pick<Dockerfile, 'args'>,
  { from }: Pick<Stage, 'from'>,
  given: Readonly<Record<string, string>>,
): string => from.replace(/\$\{(\w+)\}/g, (_, name) => given[name] ?? args[name] ?? '')

/** The instructions of a stage with those of the stages it is built on before them, and the image all of it starts from. */
export const resolveStage = (
  { args, stages }: Dockerfile,
  stage: Stage,
  given: Readonly<Record<string, string>>,
): Readonly<{ image: string; instructions: readonly Instruction[] }> => {
  const from = fromOf({ args }, stage, given)
  const base = stages.find(({ name }) => name === from)
  if (!base) return { image: from, instructions: stage.instructions }
  const { image, instructions } = resolveStage({ args, stages }, base, given)
  return { image, instructions: [...instructions, ...stage.instructions] }
}

/** The last stage: what `docker build` makes an image of. */
export const lastStage = ({ stages }: Dockerfile): Stage => stages[stages.length - 1]

/** What these instructions set for a container. Throws when a command is in the shell form, which would hide our signals. */
export const imageConfig = (instructions: readonly Instruction[]): ImageConfig => {
  const last = (name: string) => instructions.findLast((each) => each.name === name)?.text ?? ''
  const all = (name: string) => instructions.filter((each) => each.name === name)
  return {
    env: Object.assign({}, ...all('ENV').map(({ text }) => pairsOf(text))),
    entrypoint: execForm(last('ENTRYPOINT')),
    cmd: execForm(last('CMD')),
    healthcheck: execForm(last('HEALTHCHECK').replace(/^CMD\s+/, '')),
    user: last('USER'),
    workdir: last('WORKDIR'),
    volumes: all('VOLUME').map(({ text }) => text),
    stopSignal: last('STOPSIGNAL'),
  }
}

/** The names at the top of the repository that `.dockerignore` lets into an image. Throws unless it forbids all others. */
export const contextNames = (dockerignore: string): readonly string[] => {
  const [first, ...rest] = dockerignore.split('\n').filter((line) => /^[^#]/.test(line))
  if (first !== '*' || rest.some((line) => !/^![\w.-]+$/.test(line))) {
    throw new Error('.dockerignore: expected `*` and then `!name` lines')
  }
  return rest.map((line) => line.slice(1))
}

const instructionsOf = (text: string): Instruction[] =>
  text.replace(/^\s*#.*\n/gm, '').replace(/\\\n\s*/g, '').split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name, flags, rest] = /^(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) ?? []
      if (!name) throw new Error(`no instruction: ${line}`)
      return { name: name.toUpperCase(), flags: pairsOf(flags.replaceAll('--', '')), text: rest }
    })

const pairsOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/(\S+?)=(\S+)/g)].map(([, name, value]) => [name, value]))

const execForm = (text: string): readonly string[] => {
  if (text === '') return []
  const words: unknown = text.startsWith('[') ? JSON.parse(text) : undefined
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
    throw new Error(`not in the exec form: ${text}`)
  }
  return words
}
