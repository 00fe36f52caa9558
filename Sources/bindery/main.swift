import Platform

let status = await Program.run(
    Array(CommandLine.arguments.dropFirst()),
    environment: ProcessEnvironment.current(),
    console: .standard
)
status.exit()
