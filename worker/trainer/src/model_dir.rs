//! The text side of the model directory: tokenizer, chat template and configuration.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use athanor_llm::ArchSpec;
use athanor_llm::template::ChatTemplate;
use athanor_llm::tokenizer::Tokenizer;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokenizers::models::bpe::{BPE, BpeTrainerBuilder};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::processors::template::TemplateProcessing;
use tokenizers::{AddedToken, NormalizerWrapper, TokenizerBuilder};

use crate::corpus::{Corpus, Document};

/// Begins every text.
pub const BOS: &str = "<s>";
/// Ends every text.
pub const EOS: &str = "</s>";
/// Special tokens, in order of id from 0.
const SPECIAL: [&str; 6] = ["<pad>", BOS, EOS, "<|system|>", "<|user|>", "<|assistant|>"];
/// Stories the tokenizer is trained on; more change nothing, the corpus has few words.
const TOKENIZER_STORIES: usize = 8000;

/// The chat template of the demonstration model.
const TEMPLATE: &str = r#"{{ bos_token }}
{%- for message in messages %}
    {%- if message.role not in ["system", "user", "assistant"] %}
        {{- raise_exception("This model knows the roles system, user and assistant, not " + message.role) }}
    {%- endif %}
    {{- "<|" + message.role + "|>" + message.content | trim }}
    {%- if message.role == "assistant" %}
        {{- eos_token }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- "<|assistant|>" }}
{%- endif %}
"#;

/// Size of the model to train.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
	/// Tokens in the vocabulary.
	pub vocab: usize,
	/// Width of the residual stream.
	pub hidden: usize,
	/// Width of the feed-forward layers.
	pub intermediate: usize,
	/// Blocks.
	pub layers: usize,
	/// Query heads.
	pub heads: usize,
	/// Key and value heads.
	pub kv_heads: usize,
	/// Longest sequence.
	pub context: usize,
}

/// Trains the tokenizer and writes everything but the weights into `dir`.
pub fn write_text_side(corpus: &Corpus, shape: &Shape, dir: &Path) -> Result<()> {
	std::fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
	write_tokenizer(corpus, shape.vocab, &dir.join("tokenizer.json"))?;
	crate::files::write(&dir.join("chat_template.jinja"), TEMPLATE.as_bytes())?;
	crate::files::write_json(
		&dir.join("tokenizer_config.json"),
		&json!({
			"tokenizer_class": "PreTrainedTokenizerFast",
			"bos_token": BOS,
			"eos_token": EOS,
			"pad_token": SPECIAL[0],
			"clean_up_tokenization_spaces": false,
			"model_max_length": shape.context,
			"chat_template": TEMPLATE,
		}),
	)?;
	crate::files::write_json(
		&dir.join("config.json"),
		&json!({
			"architectures": ["LlamaForCausalLM"],
			"model_type": "llama",
			"vocab_size": shape.vocab,
			"hidden_size": shape.hidden,
			"intermediate_size": shape.intermediate,
			"num_hidden_layers": shape.layers,
			"num_attention_heads": shape.heads,
			"num_key_value_heads": shape.kv_heads,
			"head_dim": shape.hidden / shape.heads,
			"hidden_act": "silu",
			"max_position_embeddings": shape.context,
			"rms_norm_eps": 1e-5,
			"rope_theta": 10000.0,
			"tie_word_embeddings": true,
			"attention_bias": false,
			"mlp_bias": false,
			"pad_token_id": 0,
			"bos_token_id": 1,
			"eos_token_id": 2,
			"torch_dtype": "bfloat16",
			"transformers_version": "4.57.0",
		}),
	)?;
	crate::files::write_json(
		&dir.join("generation_config.json"),
		&json!({ "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "do_sample": false }),
	)
}

fn write_tokenizer(corpus: &Corpus, vocab: usize, path: &Path) -> Result<()> {
	let fail = |e: tokenizers::Error| anyhow!("cannot train the tokenizer: {e}");
	let special = || {
		SPECIAL
			.iter()
			.map(|t| AddedToken::from(*t, true))
			.collect::<Vec<_>>()
	};
	let mut trainer = BpeTrainerBuilder::new()
		.vocab_size(vocab)
		.min_frequency(2)
		.show_progress(false)
		.special_tokens(special())
		.initial_alphabet(ByteLevel::alphabet().into_iter().collect())
		.build();
	let post = TemplateProcessing::builder()
		.try_single(format!("{BOS} $A"))
		.map_err(|e| anyhow!("{e}"))?
		.try_pair(format!("{BOS} $A $B:1"))
		.map_err(|e| anyhow!("{e}"))?
		.special_tokens(vec![(BOS, 1)])
		.build()
		.map_err(|e| anyhow!("{e}"))?;
	let mut tokenizer =
		TokenizerBuilder::<BPE, NormalizerWrapper, ByteLevel, TemplateProcessing, ByteLevel>::new()
			.with_model(BPE::default())
			.with_normalizer(None)
			.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)))
			.with_post_processor(Some(post))
			.with_decoder(Some(ByteLevel::default()))
			.build()
			.map_err(fail)?;
	let texts = corpus
		.training
		.iter()
		.take(TOKENIZER_STORIES)
		.flat_map(|document| {
			document
				.request
				.iter()
				.map(|m| m.content.clone())
				.chain([document.story.clone()])
		});
	let texts: Vec<String> = texts.collect();
	tokenizer
		.train(&mut trainer, texts.into_iter())
		.map_err(fail)?;
	tokenizer.add_special_tokens(special()).map_err(fail)?;
	let json = tokenizer.to_string(false).map_err(fail)?;
	crate::files::write(path, json.as_bytes())
}

/// Tokenizer, template and configuration of a model directory.
pub struct TextSide {
	/// The tokenizer.
	pub tokenizer: Tokenizer,
	/// The chat template.
	pub template: ChatTemplate,
	/// The configuration.
	pub spec: ArchSpec,
	/// Id of the token that ends a text.
	pub eos: u32,
}

impl TextSide {
	/// Reads a directory written by [`write_text_side`].
	pub fn load(dir: &Path) -> Result<Self> {
		let tokenizer = Tokenizer::from_dir(dir).context("run `athanor-train tokenizer` first")?;
		let eos = tokenizer
			.token_id(EOS)
			.context("the tokenizer has no end token")?;
		let template =
			ChatTemplate::from_dir(dir)?.context("the model directory has no chat template")?;
		Ok(Self {
			tokenizer,
			template,
			spec: ArchSpec::from_dir(dir)?,
			eos,
		})
	}

	/// The tokens of a document, from the first to the end token.
	pub fn tokens(&self, document: &Document) -> Result<Vec<u32>> {
		let mut tokens = if document.request.is_empty() {
			self.tokenizer.encode(&document.story, true)?
		} else {
			let prompt = self.template.render(&document.request)?;
			self.tokenizer
				.encode(&format!("{prompt}{}", document.story), false)?
		};
		tokens.push(self.eos);
		Ok(tokens)
	}
}
