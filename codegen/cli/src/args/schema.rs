use clap::Args;

/// Print the JSON Schema of the spec format
///
/// With it an editor completes and checks specs while you write them.
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright schema > linkwright.schema.json

  Then begin a spec with
      # yaml-language-server: $schema=linkwright.schema.json
  for editors with the YAML language server (VS Code, Neovim, Helix, Emacs).")]
pub(crate) struct Schema {}
