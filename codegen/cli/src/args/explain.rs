use clap::Args;

/// Explain a rule: what it finds, why that is bad, what to write instead
#[derive(Args)]
#[command(after_help = "Examples:
  linkwright explain
      All rules.
  linkwright explain LW0102
  linkwright explain overlapping-registers
      By id or by name.")]
pub(crate) struct Explain {
    /// Id or name of a rule; without it, a list of all
    #[arg(value_name = "RULE")]
    pub(crate) rule: Option<String>,
}
