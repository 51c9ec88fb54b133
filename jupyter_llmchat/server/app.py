"""The Jupyter server extension: traits in, routes out, and two lifetimes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import (
    Bool,
    Dict,
    Enum,
    Float,
    Int,
    TraitError,
    Unicode,
    default,
    validate,
)

from jupyter_llmchat.config import (
    EngineConfig,
    LimitsConfig,
    PipelineConfig,
    StoreConfig,
    data_dir,
)
from jupyter_llmchat.protocol.ids import Tier

from .keeper.listener import Listener
from .model_host import ModelHost
from .routes import routes
from .services import Services
from .settings import TIERS, ServerSettings, TierSettings

NAME = "jupyter_llmchat"
DATABASE = "llmchat.duckdb"
PROFILES = "models"


class LLMChatApp(ExtensionApp):
    """Answers questions with a language model on this machine.

    Loading it starts nothing: the database and the model are opened once the
    server runs, in the background.
    """

    name = NAME

    model_path = Unicode(
        "", help="GGUF file of the model; empty takes the embedded one."
    ).tag(config=True)
    models = Dict(
        value_trait=Unicode(),
        help="GGUF files of several models by tier: fast, balanced, complex. "
        "In place of model_path.",
    ).tag(config=True)
    models_memory_mb = Int(
        TierSettings.memory_mb,
        min=0,
        help="Memory (MB) for the files and KV caches of all loaded models; 0 takes "
        "half of the machine's.",
    ).tag(config=True)
    keep_alive_s = Dict(
        default_value=TierSettings().keep_alive_s,
        value_trait=Float(min=0.0),
        help="Seconds until an idle model is unloaded, by tier; 0 keeps it. "
        "The cheapest stays.",
    ).tag(config=True)
    n_ctx = Int(
        EngineConfig.n_ctx, min=256, help="Tokens in the model's context, all in all."
    ).tag(config=True)
    n_threads = Int(
        EngineConfig.n_threads, min=0, help="Threads; 0 takes the physical cores."
    ).tag(config=True)
    n_gpu_layers = Int(
        EngineConfig.n_gpu_layers, min=-1, help="Layers on the GPU; -1 takes all."
    ).tag(config=True)
    n_sequences = Int(
        EngineConfig.n_sequences,
        min=2,
        max=200,
        help="Texts and decisions computed at once; more of them wait.",
    ).tag(config=True)
    cache_mb = Int(
        EngineConfig.cache_mb,
        min=0,
        help="Host memory (MB) for prompts that may be wanted again.",
    ).tag(config=True)
    calibrate = Bool(
        True, help="Measure at first load how many threads are fastest, and draft."
    ).tag(config=True)
    keep_prefixes = Bool(
        EngineConfig.keep_prefixes,
        help="Keep what every prompt begins with on disk, so that a restart is warm.",
    ).tag(config=True)
    use_mmap = Bool(
        EngineConfig.use_mmap, help="Map the model's file instead of reading it."
    ).tag(config=True)
    prefill_chunk = Int(
        EngineConfig.prefill_chunk,
        min=1,
        help="Prompt tokens processed in one step at most.",
    ).tag(config=True)
    use_mlock = Bool(
        EngineConfig.use_mlock, help="Keep the model from being swapped out."
    ).tag(config=True)
    flash_attention = Bool(
        EngineConfig.flash_attention,
        help="Flash attention: faster when several texts are written at once.",
    ).tag(config=True)
    kv_type = Enum(
        ("f16", "q8_0", "q4_0"),
        EngineConfig.kv_type,
        help="Element type of the KV cache; q8_0 and q4_0 need flash_attention.",
    ).tag(config=True)
    data_dir = Unicode(
        help="Folder of the database; by default llmchat in Jupyter's data folder."
    ).tag(config=True)
    network_folder = Bool(
        StoreConfig.network_folder,
        help="Keep the database on a network file system too. It is safe only where "
        "locks work, as on NFS 4, and one machine uses it at a time.",
    ).tag(config=True)
    self_test = Bool(
        ServerSettings.self_test,
        help="Test a model at its first use, in idle time, for what works with it.",
    ).tag(config=True)
    memory_only = Bool(
        False, help="Keep conversations in memory; they are lost with the server."
    ).tag(config=True)
    deadline_s = Float(
        PipelineConfig.max_deadline_s,
        min=1.0,
        max=3600.0,
        help="Seconds an answer may take at most.",
    ).tag(config=True)
    stage_tokens = Int(
        PipelineConfig.stage_tokens, min=1, help="Tokens in one stage at most."
    ).tag(config=True)
    prompt_tokens = Int(
        PipelineConfig.prompt_tokens,
        min=256,
        help="Tokens of conversation, notebook and question in a prompt at most.",
    ).tag(config=True)
    temperature = Float(
        PipelineConfig.temperature,
        min=0.0,
        max=2.0,
        help="How freely words are drawn; 0 always takes the likeliest.",
    ).tag(config=True)
    turns_running = Int(
        ServerSettings.turns_running,
        min=1,
        help="Answers written at the same time; the others wait in line.",
    ).tag(config=True)
    turns_waiting = Int(
        LimitsConfig.turns_waiting,
        min=1,
        help="Questions answered or waiting in all; one more is refused.",
    ).tag(config=True)
    turns_per_user = Int(
        LimitsConfig.turns_per_user,
        min=1,
        help="Of these, questions of one user; one more is refused.",
    ).tag(config=True)
    question_chars = Int(
        LimitsConfig.question_chars, min=1, help="Characters in a question at most."
    ).tag(config=True)
    body_bytes = Int(
        LimitsConfig.body_bytes, min=1024, help="Bytes in a REST request at most."
    ).tag(config=True)
    import_bytes = Int(
        LimitsConfig.import_bytes,
        min=1024,
        help="Bytes in a file with conversations at most.",
    ).tag(config=True)
    frame_bytes = Int(
        LimitsConfig.frame_bytes, min=1024, help="Bytes in a WebSocket frame at most."
    ).tag(config=True)

    services: Services | None = None
    """From loading on."""

    @default("data_dir")
    def _default_data_dir(self) -> str:
        return str(data_dir())

    @validate("models", "keep_alive_s")
    def _validate_tiers(self, proposal: Any) -> dict[str, Any]:
        name, by_tier = proposal.trait.name, proposal.value
        if unknown := [str(key) for key in by_tier if key not in TIERS]:
            raise TraitError(
                f"{name} has no tier {', '.join(unknown)}: set {', '.join(TIERS)}"
            )
        if name == "keep_alive_s" and by_tier.get(TIERS[0]):
            raise TraitError(
                f"keep_alive_s cannot be set for {TIERS[0]}: that model decides about "
                "every question, so it stays loaded; leave it out"
            )
        return dict(by_tier)

    def _tier_settings(self) -> TierSettings:
        if self.models and self.model_path:
            raise TraitError("models and model_path are both set: remove one of them")
        return TierSettings(
            paths={tier: self.models[tier] for tier in TIERS if tier in self.models},
            memory_mb=self.models_memory_mb,
            keep_alive_s={**TierSettings().keep_alive_s, **self.keep_alive_s},
        )

    def _configured(self) -> dict[str, Any]:
        """Our own traits by name, but those tagged `secret`."""
        traits = self.class_own_traits(config=True)
        shown = [
            name for name, each in traits.items() if not each.metadata.get("secret")
        ]
        return {name: getattr(self, name) for name in sorted(shown)}

    def server_settings(self) -> ServerSettings:
        """The traits as they are now, frozen; raises TraitError."""
        folder = Path(self.data_dir).expanduser()
        tiers = self._tier_settings()
        return ServerSettings(
            tiers=tiers,
            engine=EngineConfig(
                model_path=next(iter(tiers.paths.values()), self.model_path),
                n_ctx=self.n_ctx,
                n_threads=self.n_threads,
                n_gpu_layers=self.n_gpu_layers,
                prefill_chunk=self.prefill_chunk,
                n_sequences=self.n_sequences,
                cache_mb=self.cache_mb,
                engine_dir="" if self.memory_only else str(folder / "engine"),
                calibrate=self.calibrate,
                keep_prefixes=self.keep_prefixes,
                use_mmap=self.use_mmap,
                use_mlock=self.use_mlock,
                flash_attention=self.flash_attention,
                kv_type=self.kv_type,
            ),
            store=StoreConfig(
                path=None if self.memory_only else folder / DATABASE,
                network_folder=self.network_folder,
            ),
            pipeline=PipelineConfig(
                max_deadline_s=self.deadline_s,
                stage_tokens=self.stage_tokens,
                prompt_tokens=self.prompt_tokens,
                temperature=self.temperature,
            ),
            limits=LimitsConfig(
                body_bytes=self.body_bytes,
                frame_bytes=self.frame_bytes,
                import_bytes=self.import_bytes,
                question_chars=self.question_chars,
                turns_waiting=self.turns_waiting,
                turns_per_user=self.turns_per_user,
            ),
            turns_running=self.turns_running,
            self_test=self.self_test,
            profiles=folder / PROFILES,
            configured=self._configured(),
        )

    def new_services(self) -> Services:
        """Not started."""
        settings = self.server_settings()

        def host(tier: Tier) -> ModelHost:
            return ModelHost(settings.of(tier).engine, self.log)

        return Services(
            settings,
            host(settings.cheapest),
            {tier: host(tier) for tier in settings.further},
            beat=self._beat,
            log=self.log,
        )

    def initialize_handlers(self) -> None:
        self.services = self.new_services()
        self.handlers.extend(routes(self.services))

    def current_activity(self) -> int:
        """Answers running or waiting: the server must not be culled under them."""
        if self.services is None:
            return 0
        return self.services.turns_active + self.services.completions.active

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        if self.services is not None:
            handlers, settings = routes(self.services), serverapp.web_app.settings
            await self.services.start(lambda: Listener(handlers, settings))

    async def stop_extension(self) -> None:
        if self.services is not None:
            await self.services.close()

    def _beat(self) -> None:
        assert self.serverapp is not None
        activity = self.serverapp.web_app.settings["last_activity_times"]
        activity[NAME] = datetime.now(UTC)
