"""The drivers that a configuration asks for: one line each."""

from functools import partial

from gateway.config.load import Config
from gateway.model.credential import Code
from gateway.model.device import DeviceId
from gateway.model.driver import Driver


def drivers(config: Config) -> list[Driver]:
    """Build them. The libraries take a second to load, so each is imported only now."""
    found: list[Driver] = []
    if config.zigbee is not None:
        found.append(_zigbee(config))
    if config.zwave is not None:
        found.append(_zwave(config))
    if config.cameras:
        found.append(_onvif(config))
    return found


def _zigbee(config: Config) -> Driver:
    from drivers.zigbee.driver import ZigbeeDriver  # noqa: PLC0415  # a second
    from drivers.zigbee.settings import ZigbeeSettings  # noqa: PLC0415

    section = config.zigbee
    assert section is not None  # noqa: S101  # `drivers` looked
    return ZigbeeDriver(
        ZigbeeSettings(
            port=config.zigbee_port or "",
            channel=section.channel,
            baud=section.baud,
            install_codes_only=section.install_codes_only,
            database=config.state_folder / "zigbee" / "zigbee.sqlite",
        )
    )


def _zwave(config: Config) -> Driver:
    from drivers.zwave.driver import ZwaveDriver  # noqa: PLC0415  # a second
    from drivers.zwave.seams import External  # noqa: PLC0415
    from drivers.zwave.server import Managed  # noqa: PLC0415
    from drivers.zwave.settings import Override, ZwaveSettings  # noqa: PLC0415

    section = config.zwave
    assert section is not None  # noqa: S101  # `drivers` looked
    ids = {device.name: DeviceId(device.id) for device in config.devices}
    overrides = (
        Override(
            device=ids[one.device],
            source=one.source.value,
            reads={int(number): word for number, word in one.reads.items()},
            name=one.name,
        )
        for one in section.overrides
    )
    managed = Managed(
        port=config.zwave_port or "",
        folder=config.zwave_folder,
        keys=config.zwave_keys,
        node=config.zwave_node,
        soft_reset=section.soft_reset,
        recovery=section.recovery,
        log_level=section.log_level,
    )
    return ZwaveDriver(
        ZwaveSettings(
            server=managed if section.url is None else External(section.url),
            overrides=tuple(overrides),
            siren_tone=section.siren_tone,
            siren_volume=section.siren_volume,
            backups=config.zwave_folder / "backups",
        )
    )


def _onvif(config: Config) -> Driver:
    from drivers.onvif.driver import OnvifDriver  # noqa: PLC0415  # a second
    from drivers.onvif.settings import CameraSettings, OnvifSettings  # noqa: PLC0415

    return OnvifDriver(
        OnvifSettings(
            tuple(
                CameraSettings(
                    name=camera.name,
                    address=camera.address or "",
                    user=camera.user or "",
                    read_password=partial(_password, config, camera.name),
                    rtsp=camera.rtsp or "",
                    rtsp_sub=camera.rtsp_sub or "",
                )
                for camera in config.cameras
            )
        )
    )


def _password(config: Config, camera: str) -> Code:
    file = config.password_file(camera)
    if file is None:
        return Code("")
    try:
        first, _, _ = file.read_text("utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):  # it was there when it was checked: the camera says no
        return Code("")
    return Code(first.rstrip("\r"))
