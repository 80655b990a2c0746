/**
 * Builds an image of our Dockerfile without a container engine: a folder stands for `/` of a stage, its commands run there as
 * another user, and an absolute path is taken to be below it.
 */
import { spawn, type SpawnOptions } from 'node:child_process'
import { chmod, chown, copyFile, cp, lchown, mkdir, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import process from 'node:process'
import {
  type Dockerfile,
  fromOf,
  type ImageConfig,
  imageConfig,
  type Instruction,
  lastStage,
  resolveStage,
  type Stage,
} from './dockerfile.ts'

export type FolderImageOptions = Readonly<{
  dockerfile: Dockerfile
  /** The build argument. */
  runtime: string
  /** Gives the path of the program that a base image would bring. */
  programOf: (baseImage: string) => string
  /** The repository, and the names at its top that get into an image. */
  repository: string
  names: readonly string[]
  /** Where the folders of the stages go. A stage that is there is not built again. */
  folder: string
}>

export type FolderImage = Readonly<{ root: string; config: ImageConfig; user: User }>

/** Who the commands run as: the user of the Dockerfile where we may choose, else ourselves. */
export type User = Readonly<{ uid: number; gid: number }>

/** Builds the image of the last stage. Rejects when a step fails. */
export const buildFolderImage = async (options: FolderImageOptions): Promise<FolderImage> => {
  const { dockerfile, runtime, folder } = options
  const stage = resolveStage(dockerfile, lastStage(dockerfile), { RUNTIME: runtime })
  const config = imageConfig(stage.instructions)
  const build = { ...options, user: userOf(config.user) }
  const root = join(folder, `image-${runtime}`)
  await makeRoot(root, options.programOf(stage.image))
  for (const step of steps(root, stage.instructions)) await perform(build, root, step)
  return { root, config, user: build.user }
}

/** Moves the absolute path that an argument or the value of a variable ends in to below the folder that stands for `/`. */
export const inRoot = (root: string, text: string): string =>
  text.replace(/(^|=)(?=\/\w)/, (before) => before + root)

/** Runs a command and resolves with its exit code; rejects when there is no such program. */
export const run = (
  [program, ...rest]: readonly string[],
  options: SpawnOptions,
): Promise<number | null> =>
  new Promise((exited, reject) => {
    const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'], ...options })
    child.on('error', reject)
    child.on('exit', exited)
  })

type Build = FolderImageOptions & Readonly<{ user: User }>

/** An instruction and the folder it is carried out in. */
type Step = Instruction & Readonly<{ workdir: string }>

const userOf = (user: string): User => {
  const [uid, gid] = user.split(':').map(Number)
  if (!(uid > 0 && gid > 0)) {
    throw new Error(`expected two numbers above 0, as in 1000:1000: ${user}`)
  }
  const [ownUid = uid, ownGid = gid] = [process.getuid?.(), process.getgid?.()]
  return ownUid === 0 ? { uid, gid } : { uid: ownUid, gid: ownGid }
}

// What a base image has: its program, and two folders that anybody may write to.
const makeRoot = async (root: string, program: string): Promise<void> => {
  await mkdir(join(root, 'usr/local/bin'), { recursive: true })
  for (const name of ['home', 'tmp']) {
    await mkdir(join(root, name))
    await chmod(join(root, name), 0o1777)
  }
  await copyFile(program, join(root, 'usr/local/bin', basename(program, '.exe')))
}

const steps = (root: string, instructions: readonly Instruction[]): readonly Step[] => {
  let workdir = root
  return instructions.map((instruction) => {
    if (instruction.name === 'WORKDIR') workdir = inRoot(root, instruction.text)
    return { ...instruction, workdir }
  })
}

const perform = async (build: Build, root: string, step: Step): Promise<void> => {
  if (step.name === 'WORKDIR') await mkdir(step.workdir, { recursive: true })
  else if (step.name === 'COPY') await copy(build, root, step)
  else if (step.name === 'RUN') await runStep(build, root, step)
  else if (!SETTINGS.includes(step.name)) throw new Error(`cannot carry out ${step.name}`)
}

// These only say how a container is started.
const SETTINGS = 'ENV ENTRYPOINT CMD HEALTHCHECK USER VOLUME EXPOSE STOPSIGNAL'.split(' ')

const copy = async (build: Build, root: string, { flags, text, workdir }: Step): Promise<void> => {
  const paths = text.split(/\s+/)
  const to = paths.pop() ?? ''
  const target = resolve(workdir, inRoot(root, to))
  const stage = flags.from === undefined ? undefined : await stageFolder(build, flags.from)
  for (const path of paths) {
    if (!stage && !build.names.includes(path)) throw new Error(`.dockerignore hides ${path}`)
    const source = stage ? inRoot(stage, path) : join(build.repository, path)
    // A folder is copied without its name, a file keeps it when it goes into a folder.
    const intoFolder = to.endsWith('/') && !(await stat(source)).isDirectory()
    const end = intoFolder ? join(target, basename(path)) : target
    await cp(source, end, { recursive: true, verbatimSymlinks: true })
  }
  if (flags.chown === undefined) return
  const { uid, gid } = userOf(flags.chown)
  for (const name of ['', ...await readdir(target, { recursive: true })]) {
    await lchown(join(target, name), uid, gid)
  }
}

const stageFolder = async (build: Build, from: string): Promise<string> => {
  const { dockerfile, folder, programOf, runtime } = build
  const stage = ownStage(dockerfile, from, { RUNTIME: runtime })
  const root = join(folder, `stage-${stage.name}`)
  const isBuilt = await stat(root).then(() => true, () => false)
  if (isBuilt) return root
  const { image, instructions } = resolveStage(dockerfile, stage, {})
  await makeRoot(root, programOf(image))
  for (const step of steps(root, instructions)) await perform(build, root, step)
  return root
}

/** A stage that only says what it is built on is that other one. */
const ownStage = (
  dockerfile: Dockerfile,
  name: string,
  given: Readonly<Record<string, string>>,
): Stage => {
  const stage = dockerfile.stages.find((each) => each.name === name)
  if (!stage) throw new Error(`there is no stage ${name}`)
  if (stage.instructions.length > 0) return stage
  return ownStage(dockerfile, fromOf(dockerfile, stage, given), given)
}

const runStep = async ({ user }: Build, root: string, { text, workdir }: Step): Promise<void> => {
  const path = `${root}/usr/local/bin:${process.env.PATH}`
  // An engine runs the step as root, who may write here.
  await chown(workdir, user.uid, user.gid)
  // What the npm that runs us says about its own project is none of the step's business.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))
  const code = await run(['sh', '-c', text], {
    ...user,
    cwd: workdir,
    env: { ...Object.fromEntries(inherited), PATH: path, HOME: join(root, 'home') },
  })
  if (code !== 0) throw new Error(`RUN ${text}: exit code ${code}`)
}
